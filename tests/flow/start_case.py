"""What tests of a start share: a server that each of them starts for itself, or that does not start."""

import subprocess

from fixture import DEADLINE_S, FlowTest, clean_environment


class StartTest(FlowTest):
    """One server's directory; what is refused never runs, so most tests need no process that stays."""

    @classmethod
    def setUpClass(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        pass

    def setUp(self):
        self.server = self.new_server()

    def refused(self, *said, server=None, environment=None, in_child=None):
        """The start ends by itself with 2, one sentence and nothing listening. `in_child` is called in the process
        before it becomes the server."""
        server = server or self.server
        done = subprocess.run(server.command(), capture_output=True, text=True, cwd=server.directory, check=False,
                              env=clean_environment(**(server.environment if environment is None else environment)),
                              timeout=DEADLINE_S, preexec_fn=in_child)
        self.assertEqual(done.returncode, 2, done.stderr)
        sentences = [line for line in done.stderr.splitlines() if line.startswith("cogos")]
        self.assertEqual(len(sentences), 1, done.stderr)
        for words in said:
            self.assertIn(words, sentences[0])
        self.assertNotIn('"ready"', done.stderr)
        return done.stderr
