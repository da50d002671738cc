'use strict';

// The parenthesis is missing on purpose.
module.exports = (req, res) => {
  res.send('never'
};
