// Every public kernel once: X(result, name, parameters, arguments). The dispatcher and the
// prototypes of the variants for each instruction set are made from this list, so that neither
// can drift from the public header.
#define ZK_KERNELS(X)                                                                              \
  X(void, zk_start_rows,                                                                           \
    (float *out, const float *bias, const float *residual, const float *table,                     \
     const int32_t *row_of, long rows, long columns),                                              \
    (out, bias, residual, table, row_of, rows, columns))                                           \
  X(void, zk_pack_weights, (const float *weight, long outputs, long inputs, float *packed),        \
    (weight, outputs, inputs, packed))                                                             \
  X(void, zk_pack_transposed, (const float *weight, long outputs, long inputs, float *packed),     \
    (weight, outputs, inputs, packed))                                                             \
  X(void, zk_product,                                                                              \
    (const float *x, const float *packed, const float *bias, const float *residual,                \
     const float *table, const int32_t *row_of, long rows, long inputs, long outputs, float *out), \
    (x, packed, bias, residual, table, row_of, rows, inputs, outputs, out))                        \
  X(void, zk_pack_integers, (const float *weight, long outputs, long inputs, float *packed),       \
    (weight, outputs, inputs, packed))                                                             \
  X(void, zk_integer_product,                                                                      \
    (const float *x, const float *packed, const float *bias, const float *residual,                \
     const float *table, const int32_t *row_of, long rows, long inputs, long outputs, float *out), \
    (x, packed, bias, residual, table, row_of, rows, inputs, outputs, out))                        \
  X(void, zk_column_sums, (const float *x, long rows, long columns, float *sums),                  \
    (x, rows, columns, sums))                                                                      \
  X(void, zk_axpy, (float a, const float *x, float *y, long count), (a, x, y, count))              \
  X(double, zk_dot, (const float *a, const float *b, long count), (a, b, count))                   \
  X(void, zk_shifted_sum_forward,                                                                  \
    (const float *x, const int32_t *offsets, long sequences, const int32_t *kernels,               \
     const int32_t *channels, long groups, float *out),                                            \
    (x, offsets, sequences, kernels, channels, groups, out))                                       \
  X(void, zk_shifted_sum_backward,                                                                 \
    (const float *dout, const int32_t *offsets, long sequences, const int32_t *kernels,            \
     const int32_t *channels, long groups, float *dx),                                             \
    (dout, offsets, sequences, kernels, channels, groups, dx))                                     \
  X(long, zk_pack_convolution,                                                                     \
    (const float *weight, long width, const int32_t *kernels, const int32_t *channels,             \
     long groups, float *packed),                                                                  \
    (weight, width, kernels, channels, groups, packed))                                            \
  X(void, zk_convolution,                                                                          \
    (const float *x, const int32_t *offsets, long sequences, const float *packed,                  \
     const float *bias, long width, const int32_t *kernels, const int32_t *channels, long groups,  \
     float *out),                                                                                  \
    (x, offsets, sequences, packed, bias, width, kernels, channels, groups, out))                  \
  X(void, zk_layernorm_forward,                                                                    \
    (const float *x, const float *gain, const float *bias, float *out, float *mean, float *rstd,   \
     long rows, long columns),                                                                     \
    (x, gain, bias, out, mean, rstd, rows, columns))                                               \
  X(void, zk_layernorm_backward,                                                                   \
    (const float *x, const float *gain, const float *mean, const float *rstd, const float *dout,   \
     float *dx, float *dgain, float *dbias, long rows, long columns),                              \
    (x, gain, mean, rstd, dout, dx, dgain, dbias, rows, columns))                                  \
  X(void, zk_gelu_forward, (const float *x, float *out, long count), (x, out, count))              \
  X(void, zk_gelu_backward, (const float *x, const float *dout, float *dx, long count),            \
    (x, dout, dx, count))                                                                          \
  X(void, zk_gelu_chain, (const float *x, float *out, float *d, long count), (x, out, d, count))   \
  X(void, zk_logistic,                                                                             \
    (const float *x, float scale, float shift, float limit, float *out, long count),               \
    (x, scale, shift, limit, out, count))                                                          \
  X(void, zk_existence,                                                                            \
    (const float *p, const int32_t *offsets, long segments, float low, float *out),                \
    (p, offsets, segments, low, out))                                                              \
  X(long, zk_draw, (const float *logits, long count, float uniform), (logits, count, uniform))     \
  X(void, zk_sphere_forward,                                                                       \
    (const float *x, float radius, float *out, float *length, long rows, long columns),            \
    (x, radius, out, length, rows, columns))                                                       \
  X(void, zk_sphere_backward,                                                                      \
    (const float *x, const float *length, float radius, const float *dout, float *dx, long rows,   \
     long columns),                                                                                \
    (x, length, radius, dout, dx, rows, columns))                                                  \
  X(void, zk_attention_forward, (const zk_attention *a, float *out), (a, out))                     \
  X(void, zk_attention_backward,                                                                   \
    (const zk_attention *a, const float *dout, float *dq, float *dk, float *dv, float *dgate,      \
     float *dlog_q, float *dlog_k),                                                                \
    (a, dout, dq, dk, dv, dgate, dlog_q, dlog_k))                                                  \
  X(void, zk_local_attention_forward,                                                              \
    (const float *projected, const int32_t *offsets, long documents, long width, long heads,       \
     long half, const float *positions, float *out),                                               \
    (projected, offsets, documents, width, heads, half, positions, out))                           \
  X(void, zk_local_attention_backward,                                                             \
    (const float *projected, const int32_t *offsets, long documents, long width, long heads,       \
     long half, const float *positions, const float *dout, float *dprojected),                     \
    (projected, offsets, documents, width, heads, half, positions, dout, dprojected))              \
  X(void, zk_symbol_tables,                                                                        \
    (const float *projected, const float *positions, long symbols, long width, long heads,         \
     long half, float *pairs, float *places, float *values, float *gates),                         \
    (projected, positions, symbols, width, heads, half, pairs, places, values, gates))             \
  X(void, zk_symbol_attention_forward,                                                             \
    (const zk_symbol_attention *a, const int32_t *symbols, const int32_t *offsets, long documents, \
     float *out),                                                                                  \
    (a, symbols, offsets, documents, out))                                                         \
  X(void, zk_step_attention_forward,                                                               \
    (const float *projected, const int32_t *first_row, long steps, long step, long alive,           \
     long width, long heads, float *kept, float *out),                                              \
    (projected, first_row, steps, step, alive, width, heads, kept, out))                            \
  X(void, zk_step_attention_backward,                                                              \
    (const float *projected, const int32_t *first_row, long step, long alive, long width, long heads, \
     const float *dout, float *dprojected),                                                        \
    (projected, first_row, step, alive, width, heads, dout, dprojected))                            \
  X(void, zk_cosine_cross_entropy_forward,                                                         \
    (const float *cosines, const int32_t *target, float *loss, long rows, long classes),           \
    (cosines, target, loss, rows, classes))                                                        \
  X(void, zk_cosine_cross_entropy_backward,                                                        \
    (const float *cosines, const int32_t *target, const float *dloss, float *dcosines, long rows,  \
     long classes),                                                                                \
    (cosines, target, dloss, dcosines, rows, classes))                                             \
  X(void, zk_adamw,                                                                                \
    (float *w, float *m, float *v, const float *gradient, long count, zk_adamw_settings settings), \
    (w, m, v, gradient, count, settings))                                                          \
  X(void, zk_moving_average, (float *average, const float *w, float decay, long count),            \
    (average, w, decay, count))                                                                    \
  X(void, zk_uniform, (uint64_t key, uint64_t first, float *out, long count),                      \
    (key, first, out, count))                                                                      \
  X(void, zk_normal, (uint64_t key, uint64_t first, float *out, long count),                       \
    (key, first, out, count))
