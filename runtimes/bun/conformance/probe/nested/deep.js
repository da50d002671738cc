// JavaScript in a sub-folder.
import createProbe from "../interpreter.ts";

export default createProbe("nested/deep.js");
