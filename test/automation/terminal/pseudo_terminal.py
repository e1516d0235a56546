"""Runs a command on a pseudo-terminal: `pseudo_terminal.py COLUMNS ROWS COMMAND...`.

What the terminal shows goes to standard output. Standard input takes a JSON value on each line: `{"type": "text"}` types it,
`{"resize": [columns, rows]}` resizes the terminal, as a window does.
"""

import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios


def resize(terminal, columns, rows):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def read(file):
    try:
        return os.read(file, 65536)
    except OSError:  # Linux's word for a terminal that nobody has open any more.
        return b""


def carry_out(line, terminal):
    order = json.loads(line)
    if "resize" in order:
        resize(terminal, *order["resize"])
    else:
        os.write(terminal, order["type"].encode())


def main():
    columns, rows, *command = sys.argv[1:]
    child, terminal = pty.fork()
    if child == 0:
        # The size is there before the command begins.
        resize(sys.stdout.fileno(), int(columns), int(rows))
        os.execvp(command[0], command)
    orders = b""
    inputs = [terminal, sys.stdin.fileno()]
    while terminal in inputs:
        for file in select.select(inputs, [], [])[0]:
            data = read(file)
            if not data:
                inputs.remove(file)
            elif file == terminal:
                os.write(sys.stdout.fileno(), data)
            else:
                *lines, orders = (orders + data).split(b"\n")
                for line in lines:
                    carry_out(line, terminal)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


main()
