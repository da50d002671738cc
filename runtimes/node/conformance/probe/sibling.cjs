'use strict';

// CommonJS, the handler a plain function.
module.exports = require('./actions.cjs')('sibling.cjs');
