// Probabilities of starts, and the existence of positions that follows from them.
#pragma once
#include "vector_math.h"

INLINE vf logistic(vf x, float scale, float shift, float limit) {
  return gated(splat(1), at_most(at_least(x * scale + shift, -limit), limit));
}

void KERNEL(zk_logistic)(const float *x, float scale, float shift, float limit, float *out,
                         long count) {
  long i = 0;
  for (; i + LANES <= count; i += LANES)
    store(out + i, logistic(load(x + i), scale, shift, limit));
  if (i < count)
    store_first(out + i, logistic(load_first(x + i, count - i), scale, shift, limit), count - i);
}

void KERNEL(zk_existence)(const float *p, const int32_t *offsets, long segments, float low,
                          float *out) {
  const long first = offsets[0], end = offsets[segments];
  for (long i = first; i < end; i += LANES)
    store_first(out + i, logarithm_of_one_plus(-load_first(p + i, end - i)), end - i);
  for (long n = 0; n < segments; n++) {
    float sum = 0;
    for (long i = offsets[n]; i < offsets[n + 1]; i++) {
      if (i > offsets[n]) sum += out[i];
      out[i] = sum;
    }
  }
  for (long i = first; i < end; i += LANES)
    store_first(out + i, at_most(at_least(decay(load_first(out + i, end - i)), low), 1.0f - low),
                end - i);
}
