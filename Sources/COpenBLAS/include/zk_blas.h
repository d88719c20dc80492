// OpenBLAS, loaded when it is first needed: only training multiplies with it, and a process that
// is linked with it takes half its time to start for that, and memory and a thread for each
// processor.
#ifndef ZK_BLAS_H
#define ZK_BLAS_H

/// Loads OpenBLAS with the calling thread as its only one; NULL, or why it cannot be had. Whoever
/// needs it calls this first; the other functions may be called only then.
const char *zk_blas_load(void);

/// c[m, n] += a · b[k, n] in single precision; a is [m, k], or with `transposed` [k, m], and its rows
/// lie `stride` numbers apart.
void zk_blas_add_product(const float *a, int stride, const float *b, float *c, int m, int n, int k,
                         int transposed);

/// Its version and how it was built, as it says so itself.
const char *zk_blas_configuration(void);

/// The processor kernels that it chose.
const char *zk_blas_core(void);

#endif
