/* A disk that stops syncing: preloaded into the host, this fails each sync once the file named by
 * SLUICE_DISK_BROKEN is there. */
#include <errno.h>
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
