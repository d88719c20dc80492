/// The first three descriptors, which a caller may have left closed.
package enum StandardDescriptors {
  /// Opens those that are closed, so that no file of the run becomes standard error.
  ///
  /// Standard input is opened for writing and standard output for reading only: using them is the
  /// error that it would have been. The way of it is that of gnulib's stdopen.
  package static func open() {
    for (descriptor, mode) in [
      (STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY),
    ]
    where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
      // The lowest free number is given out, and those below are open by now.
      _ = System.open("/dev/null", mode)
    }
  }
}
