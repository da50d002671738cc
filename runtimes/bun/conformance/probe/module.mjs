// JavaScript that waits at its top level.
import createProbe from "./interpreter.ts";

const probe = await Promise.resolve(createProbe("module.mjs"));

export default (req, res) => probe(req, res);
