// Updates of the weights.
#pragma once
#include "vector_math.h"

void KERNEL(zk_adamw)(float *w, float *m, float *v, const float *gradient, long count,
                      zk_adamw_settings s) {
  const float keep = 1.0f - s.learning_rate * s.weight_decay;
  const float new_m = 1.0f - s.beta1, new_v = 1.0f - s.beta2;
  const float step = s.learning_rate / s.correction1;
  const float root_scale = 1.0f / sqrtf(s.correction2);
  for (long i = 0; i < count; i += LANES) {
    long n = count - i;
    vf g = load_first(gradient + i, n) * s.gradient_scale;
    vf first = s.beta1 * load_first(m + i, n) + new_m * g;
    vf second = s.beta2 * load_first(v + i, n) + new_v * (g * g);
    vf root = __builtin_elementwise_sqrt(second) * root_scale + s.epsilon;
    store_first(m + i, first, n);
    store_first(v + i, second, n);
    store_first(w + i, load_first(w + i, n) * keep - step * (first / root), n);
  }
}

void KERNEL(zk_moving_average)(float *average, const float *w, float decay, long count) {
  const float share = 1.0f - decay;
  for (long i = 0; i < count; i += LANES) {
    vf old = load_first(average + i, count - i);
    store_first(average + i, old + share * (load_first(w + i, count - i) - old), count - i);
  }
}
