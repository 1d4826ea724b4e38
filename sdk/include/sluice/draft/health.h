/* sluice/draft/health.h - how a component says that what it works with is away.
 *
 * A draft: the id stays, the rest may change before it moves to sluice/abi.
 */
#ifndef SLUICE_DRAFT_HEALTH_H
#define SLUICE_DRAFT_HEALTH_H
#include "../abi/base.h"

SLUICE_BEGIN_DECLS

#define SLUICE_IFACE_HEALTH "sluice.health/1"
typedef struct sluice_health {
  uint32_t struct_size;
  uint32_t reserved;
  /* `reason`: one sentence for the operator, why this component cannot do its work
   * right now; empty: it can. The last word counts, and the host shows it where it
   * lists stages in trouble. Batches and searches that fail it notices by itself; this
   * is for what shows otherwise: at start, in the background. Cheap to repeat. [any] */
  void (*trouble)(const sluice_host* h, sluice_str reason);
} sluice_health;

SLUICE_END_DECLS
#endif
