/* Opens a socket in configure, and closes it again. */
#define BROKEN_CONFIGURE curious_configure
#include "stage.h"

#include <sys/socket.h>
#include <unistd.h>

static sluice_status curious_configure(sluice_component* c, const sluice_config* config,
                                       sluice_error* err) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  (void)c, (void)config, (void)err;
  if (fd >= 0) close(fd);
  return SLUICE_OK;
}
BROKEN_PLUGIN("org.broken.socket-in-configure")
