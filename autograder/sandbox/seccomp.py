"""seccomp: system calls that no answer needs, refused by the kernel."""

import errno
import signal
import socket
from typing import Any

_REFUSED = {
    "files": (
        "mount umount2 pivot_root chroot move_mount open_tree mount_setattr fsopen fsmount fsconfig "
        "fspick open_by_handle_at name_to_handle_at fanotify_init quotactl swapon swapoff"
    ),
    "other processes": (
        "ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd kcmp migrate_pages move_pages"
    ),
    "namespaces and rights": "unshare setns add_key request_key keyctl personality",
    "the kernel's inside": (
        "bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register init_module "
        "finit_module delete_module kexec_load kexec_file_load lookup_dcookie syslog memfd_secret"
    ),
    "the machine": (
        "reboot acct settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname iopl ioperm vhangup"
    ),
}
_NAMESPACES = (0x0002_0000, 0x0200_0000, 0x0400_0000, 0x0800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000)
_FATAL = (signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGTERM)


def make_filter(is_init: bool) -> Any:
    """The filter, to be put on a process and all it starts by its `load()`; None where there is no libseccomp.

    `is_init` says that it is for the first process of a namespace, which survives deadly signals of its own: with
    the filter, one that it sends to itself ends it as it would end any other.
    """
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError):
        return None
    rules = _Rules(pyseccomp)
    for name in " ".join(_REFUSED.values()).split():
        rules.refuse(name)
    for flag in _NAMESPACES:
        rules.refuse("clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, flag, flag))
    rules.refuse("clone3", error=errno.ENOSYS)  # its flags lie where no filter sees them; `clone` is used instead
    rules.refuse("socket", pyseccomp.Arg(0, pyseccomp.NE, socket.AF_UNIX), error=errno.EACCES)
    for number in _FATAL if is_init else ():
        for name, place in (("kill", 1), ("tkill", 1), ("tgkill", 2)):
            itself, fatal = (pyseccomp.Arg(at, pyseccomp.EQ, int(value)) for at, value in ((0, 1), (place, number)))
            rules.add(pyseccomp.KILL_PROCESS, name, itself, fatal)
    return rules.filter


class _Rules:
    """A filter that allows what it does not name."""

    def __init__(self, library: Any):
        self._library = library
        self.filter = library.SyscallFilter(defaction=library.ALLOW)

    def refuse(self, name: str, *when: Any, error: int = errno.EPERM) -> None:
        self.add(self._library.ERRNO(error), name, *when)

    def add(self, action: Any, name: str, *when: Any) -> None:
        """Add a rule; a call that the library does not know by name is passed over."""
        if self._library.resolve_syscall(self._library.system_arch(), name) != -1:
            self.filter.add_rule(action, name, *when)
