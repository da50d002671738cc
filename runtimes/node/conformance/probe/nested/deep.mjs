// An ES module in a sub-folder.
import createProbe from '../actions.cjs';

export default createProbe('nested/deep.mjs');
