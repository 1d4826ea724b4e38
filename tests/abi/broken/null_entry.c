/* Its entry returns NULL. */
#include <sluice/abi.h>

SLUICE_MANIFEST("org.broken.null-entry");
SLUICE_EXTERN_C SLUICE_EXPORT const sluice_plugin* sluice_plugin_entry_v1(uint32_t minor) {
  (void)minor;
  return 0;
}
