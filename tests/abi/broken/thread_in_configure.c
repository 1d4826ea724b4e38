/* Starts a thread in configure, and joins it in stop. */
#define BROKEN_CONFIGURE busy_configure
#define BROKEN_STOP busy_stop
#include "stage.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static pthread_t thread;
static int has_thread;
static atomic_int is_over;

static void* wait_for_end(void* unused) {
  while (!is_over) usleep(1000);
  return unused;
}
static sluice_status busy_configure(sluice_component* c, const sluice_config* config,
                                    sluice_error* err) {
  (void)c, (void)config, (void)err;
  is_over = 0;
  has_thread = pthread_create(&thread, 0, &wait_for_end, 0) == 0;
  return SLUICE_OK;
}
static void busy_stop(sluice_component* c) {
  (void)c;
  is_over = 1;
  if (has_thread) pthread_join(thread, 0);
  has_thread = 0;
}
BROKEN_PLUGIN("org.broken.thread-in-configure")
