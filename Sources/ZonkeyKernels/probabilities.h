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

/// The weights exp(logit - greatest) of a vector of logits; those behind the last weigh nothing.
INLINE vf weights_of(const float *logits, long i, long count, float greatest) {
  const vf x = load_first(logits + i, count - i) - greatest;
  return choose(lane_index() < (int)least(LANES, count - i), decay(x), splat(0));
}

/// Their sum over `first` ..< `end`.
INLINE double sum_of_weights(const float *logits, long first, long end, float greatest) {
  vf sum = splat(0);
  for (long i = first; i < end; i += LANES) sum += weights_of(logits, i, end, greatest);
  return lane_sum(sum);
}

long KERNEL(zk_draw)(const float *logits, long count, float uniform) {
  const long block = 64 * LANES;
  vf greatest = splat(logits[0]);
  for (long i = 0; i < count; i += LANES) {
    const vf x = load_first(logits + i, count - i);
    const vi inside = lane_index() < (int)least(LANES, count - i);
    greatest = choose(inside & (x > greatest), x, greatest);
  }
  const float top = lane_max(greatest);
  double total = 0;
  for (long i = 0; i < count; i += block)
    total += sum_of_weights(logits, i, least(i + block, count), top);
  double left = uniform * total;
  long first = 0;
  for (; first + block < count; first += block) {
    const double sum = sum_of_weights(logits, first, first + block, top);
    if (left < sum) break;
    left -= sum;
  }
  // Rounding may leave something behind the block's last.
  long last = first;
  for (long i = first; i < least(first + block, count); i += LANES) {
    float weight[LANES];
    store(weight, weights_of(logits, i, count, top));
    for (long lane = 0; lane < LANES; lane++) {
      if (weight[lane] > 0) last = i + lane;
      left -= weight[lane];
      if (left < 0) return last;
    }
  }
  return last;
}
