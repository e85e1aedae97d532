"""The exit codes of ``nsc``."""

OK = 0
#: There were diagnostics of level error, or a run failed.
FAILED = 1
#: The command line asks for something that does not exist; the value that click uses as well.
USAGE = 2
#: A bug of the compiler (``EX_SOFTWARE`` of sysexits.h).
INTERNAL = 70
#: Ended by SIGINT: 128 and the signal's number, as shells count.
INTERRUPTED = 130
#: Ended because nobody reads the output any more: 128 and the number of SIGPIPE.
BROKEN_PIPE = 141
