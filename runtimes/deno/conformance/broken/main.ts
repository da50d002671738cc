// The parenthesis is missing on purpose.
export default (req, res) => {
  res.send("never"
};
