#define _GNU_SOURCE
#include "zk_blas.h"
#include "zk_build.h"

#include <bzlib.h>
#include <lzma.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

// Declared here rather than included: their headers lie in folders that only pkg-config knows.
extern const char *xmlParserVersion;

// Weak: scripts/link.sh puts another in its place, so that no commit compiles anything again.
__attribute__((weak)) const char *zk_build(void) { return ""; }

const char *zk_libraries(void) {
  static char text[512];
  // "OpenBLAS 0.3.21 NO_LAPACKE …", "20914", "1.0.8, 13-Jul-2019": only the versions.
  const char *problem = zk_blas_load();
  const char *blas = problem == NULL ? zk_blas_configuration() : "OpenBLAS missing";
  const int blas_length = (int)strcspn(blas, " ") + 1;
  const int version_length = (int)strcspn(blas + blas_length, " ");
  const char *bzip2 = BZ2_bzlibVersion();
  int xml = 0;
  sscanf(xmlParserVersion, "%d", &xml);
  snprintf(text, sizeof text,
           "OpenBLAS %.*s (%s), zstd %s, libxml2 %d.%d.%d, zlib %s, bzip2 %.*s, liblzma %s",
           version_length, blas + blas_length,
           problem == NULL ? zk_blas_core() : problem, ZSTD_versionString(),
           xml / 10000, xml / 100 % 100, xml % 100, zlibVersion(), (int)strcspn(bzip2, ","), bzip2,
           lzma_version_string());
  return text;
}

long zk_allowed_processors(void) {
  // A machine may have more processors than a plain set holds; the system refuses a set too small.
  for (int capacity = 1024; capacity <= 1 << 20; capacity *= 4) {
    cpu_set_t *set = CPU_ALLOC(capacity);
    if (set == NULL) return 0;
    const size_t size = CPU_ALLOC_SIZE(capacity);
    const long count = sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    if (count > 0) return count;
  }
  return 0;
}

static int argument_count;
static char **arguments;

// The C library of GNU gives constructors what it gives main.
__attribute__((constructor)) static void keep_arguments(int count, char **values) {
  argument_count = count;
  arguments = values;
}

int zk_argument_count(void) { return argument_count; }

const char *zk_argument(int index) { return arguments[index]; }
