// Cross-entropy over cosines. With logits log((1 + c)/(1 - c)) the softmax needs no exponential:
// e^logit is the ratio itself, at most 1.7e7 after clamping, so sums need no shift by the maximum.
#pragma once
#include "vector_math.h"

#define COSINE_LIMIT (1.0f - 1e-7f)

INLINE vf clamped_cosine(vf c) { return at_most(at_least(c, -COSINE_LIMIT), COSINE_LIMIT); }

INLINE vf cosine_odds(vf c) {
  c = clamped_cosine(c);
  return (1.0f + c) / (1.0f - c);
}

/// The odds of all classes but the target, summed: kept apart from the target's own because
/// 1 - softmax would cancel where the target is nearly certain.
INLINE float other_odds(const float *cosines, long target, long classes) {
  vf sum = splat(0);
  for (long c = 0; c < classes; c += LANES) {
    vi lane = lane_index() + (int)c;
    vi counted = (lane < (int)classes) & (lane != (int)target);
    sum += choose(counted, cosine_odds(load_first(cosines + c, classes - c)), splat(0));
  }
  return lane_sum(sum);
}

void KERNEL(zk_cosine_cross_entropy_forward)(const float *cosines, const int32_t *target,
                                             float *loss, long rows, long classes) {
  for (long i = 0; i < rows; i++) {
    const float *row = cosines + i * classes;
    loss[i] = other_odds(row, target[i], classes) / cosine_odds(splat(row[target[i]]))[0];
  }
  for (long i = 0; i < rows; i += LANES)
    store_first(loss + i, logarithm_of_one_plus(load_first(loss + i, rows - i)), rows - i);
}

void KERNEL(zk_cosine_cross_entropy_backward)(const float *cosines, const int32_t *target,
                                              const float *dloss, float *dcosines, long rows,
                                              long classes) {
  for (long i = 0; i < rows; i++) {
    const float *row = cosines + i * classes;
    float others = other_odds(row, target[i], classes);
    float total = others + cosine_odds(splat(row[target[i]]))[0];
    float scale = 2.0f * dloss[i] / total;
    float *d = dcosines + i * classes;
    const float at = row[target[i]], bounded = clamped_cosine(splat(at))[0];
    float d_target = d[target[i]];
    if (!(at < -COSINE_LIMIT || at > COSINE_LIMIT))
      d_target -= scale * others / ((1.0f - bounded) * (1.0f + bounded));
    for (long c = 0; c < classes; c += LANES) {
      // d logit = 2 / (1 - c²); times softmax that is 2 / (1 - c)² / total.
      vf x = load_first(row + c, classes - c), rest = 1.0f - clamped_cosine(x);
      vi clamped = (x < -COSINE_LIMIT) | (x > COSINE_LIMIT);
      add_first(d + c, choose(clamped, splat(0), scale / (rest * rest)), classes - c);
    }
    d[target[i]] = d_target;
  }
}
