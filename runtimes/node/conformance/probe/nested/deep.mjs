// An ES module in a sub-folder.
import createProbe from '../interpreter.cjs';

export default createProbe('nested/deep.mjs');
