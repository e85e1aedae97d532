"""``python -m nscompiler.cli.kernel -f FILE``: what a kernel specification starts."""

import sys


def main() -> None:
    """Serve the session until Jupyter ends it."""
    try:
        from ipykernel.kernelapp import IPKernelApp
    except ModuleNotFoundError:
        sys.exit("error: the kernel needs ipykernel; install it with: pip install 'nscompiler[jupyter]'")
    from nscompiler.cli.kernel.kernel import NStackKernel

    IPKernelApp.launch_instance(kernel_class=NStackKernel)


if __name__ == "__main__":
    main()
