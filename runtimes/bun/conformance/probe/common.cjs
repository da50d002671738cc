"use strict";

// CommonJS.
module.exports = require("./interpreter.ts").default("common.cjs");
