// JavaScript in a sub-folder.
import createProbe from "../actions.ts";

export default createProbe("nested/deep.js");
