#include "zk_exchange.h"

static const zk_exchange *linked;

const zk_exchange *zk_linked_exchange(void) { return linked; }

void zk_link_exchange(const zk_exchange *exchange) { linked = exchange; }
