'use strict';

// CommonJS.
module.exports = require('./actions.ts').default('common.cjs');
