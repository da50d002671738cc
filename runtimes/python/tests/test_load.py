"""Code files: what is a handler, and that each path is a world of its own."""

import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path

import server
from open_runtimes.runtime_answer import RuntimeAnswer


class Load(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        modules, places = dict(sys.modules), sys.path[:]
        self.addCleanup(sys.path.__setitem__, slice(None), places)
        self.addCleanup(sys.modules.update, modules)

    def write(self, name, text):
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def resolve(self, folder, file="main.py"):
        return server.resolve_code(*server.locate(str(self.folder / folder), file)).handler

    def message(self, folder, file="main.py"):
        with self.assertRaises(RuntimeAnswer) as failed:
            self.resolve(folder, file)
        return failed.exception.answer[0], str(failed.exception)

    def test_a_file_is_loaded_once(self):
        self.write("a/main.py", "def handler(req, res): pass")
        self.assertIs(self.resolve("a"), self.resolve("a"))
        self.assertIs(self.resolve("a"), self.resolve("a", "./x/../main.py"))

    def test_each_path_has_its_own_modules(self):
        for name in ("a", "b"):
            self.write(f"{name}/main.py", "import mine\ndef handler(req, res): return mine.NAME")
            self.write(f"{name}/mine.py", f"NAME = {name!r}")
        self.assertEqual([self.resolve("a")(0, 0), self.resolve("b")(0, 0)], ["a", "b"])

    def test_one_file_by_two_paths_is_two_functions(self):
        self.write("a/nested/main.py", "import mine\ndef handler(req, res): return mine.NAME")
        for folder in ("a", "a/nested"):
            self.write(f"{folder}/mine.py", f"NAME = {folder!r}")
        for folder, file in (("a/nested", "main.py"), ("a", "nested/main.py"), ("a/nested", "main.py")):
            self.assertEqual(self.resolve(folder, file)(0, 0), folder)

    def test_what_is_missing_is_not_remembered(self):
        self.assertEqual(self.message("c"), (404, "Code file not found."))
        self.write("c/main.py", "def handler(req, res): pass")
        self.assertTrue(callable(self.resolve("c")))

    def test_a_folder_is_no_file(self):
        (self.folder / "d/main.py").mkdir(parents=True)
        self.assertEqual(self.message("d"), (404, "Code file not found."))

    def test_a_file_without_a_handler(self):
        self.write("e/main.py", "handler = 1")
        status, message = self.message("e")
        self.assertEqual(status, 500)
        self.assertIn("exports no handler: write", message)

    def test_a_file_that_fails(self):
        self.write("f/main.py", "raise ValueError('the reason')")
        with contextlib.redirect_stderr(io.StringIO()) as log:
            self.assertEqual(self.message("f"), (500, "ValueError: the reason"))
        self.assertIn("f/main.py", log.getvalue())
