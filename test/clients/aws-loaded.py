"""Runs commands of the aws command line, each in a process of its own: a fork of this one, which has loaded it already.

A line of JSON for each command: in {"args": [...], "env": {...}}, out {"code": 0, "stdout": "...", "stderr": "..."}.
"""

import json
import os
import sys
import tempfile
import traceback

import awscli.clidriver


def child(args, env, stdout, stderr):
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(stdout.fileno(), 1)
    os.dup2(stderr.fileno(), 2)
    os.environ.update(env)
    sys.argv = ["aws", *args]
    try:
        code = driver.main(args)
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def run(args, env):
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        pid = os.fork()
        if pid == 0:
            child(args, env, stdout, stderr)
        _, status = os.waitpid(pid, 0)
        texts = {}
        for name, file in (("stdout", stdout), ("stderr", stderr)):
            file.seek(0)
            texts[name] = file.read().decode()
        return {"code": os.waitstatus_to_exitcode(status), **texts}


# The table of commands is made once: each fork goes on from there.
driver = awscli.clidriver.create_clidriver()
for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps(run(asked["args"], asked["env"])), flush=True)
