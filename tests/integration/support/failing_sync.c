/* A disk that stops taking what it is given: preloaded into the host, this fails each sync, and
 * each write that is to return when the disk has it, once the file named by SLUICE_DISK_BROKEN is
 * there. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static int is_broken(void) {
  const char* sign = getenv("SLUICE_DISK_BROKEN");
  return sign != NULL && access(sign, F_OK) == 0;
}

static int synced(long call, int file) {
  if (is_broken()) {
    errno = EIO;
    return -1;
  }
  return (int)syscall(call, file);
}

int fsync(int file) { return synced(SYS_fsync, file); }
int fdatasync(int file) { return synced(SYS_fdatasync, file); }

static ssize_t written(int file, const void* bytes, size_t size, off_t offset) {
  if (is_broken() && (fcntl(file, F_GETFL) & O_DSYNC) != 0) {
    errno = EIO;
    return -1;
  }
  return syscall(SYS_pwrite64, file, bytes, size, offset);
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t offset) {
  return written(file, bytes, size, offset);
}
ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t offset) {
  return written(file, bytes, size, offset);
}
