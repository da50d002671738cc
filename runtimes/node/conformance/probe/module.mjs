// An ES module that waits at its top level: require() cannot load it.
import createProbe from './interpreter.cjs';

const probe = await Promise.resolve(createProbe('module.mjs'));

export default (req, res) => probe(req, res);
