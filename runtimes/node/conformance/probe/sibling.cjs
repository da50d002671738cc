'use strict';

// CommonJS, the handler a plain function.
module.exports = require('./interpreter.cjs')('sibling.cjs');
