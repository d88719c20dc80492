#define _GNU_SOURCE
#include "zk_blas.h"

#include <cblas.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char problem[256];
static __typeof__(cblas_sgemm) *sgemm;
static __typeof__(openblas_get_config) *get_config;
static __typeof__(openblas_get_corename) *get_corename;

static void load(void) {
  // Read by the library as it is loaded: later its threads would be there, and turn for a while.
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
  void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (library != NULL) {
    sgemm = (__typeof__(sgemm))dlsym(library, "cblas_sgemm");
    get_config = (__typeof__(get_config))dlsym(library, "openblas_get_config");
    get_corename = (__typeof__(get_corename))dlsym(library, "openblas_get_corename");
    if (sgemm != NULL && get_config != NULL && get_corename != NULL) return;
  }
  const char *reason = dlerror();
  snprintf(problem, sizeof problem, "%s", reason != NULL ? reason : "cannot be loaded");
}

const char *zk_blas_load(void) {
  pthread_once(&once, load);
  return problem[0] == 0 ? NULL : problem;
}

void zk_blas_add_product(const float *a, int stride, const float *b, float *c, int m, int n, int k,
                         int transposed) {
  sgemm(CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, CblasNoTrans, m, n, k, 1, a, stride,
        b, n, 1, c, n);
}

const char *zk_blas_configuration(void) { return get_config(); }

const char *zk_blas_core(void) { return get_corename(); }
