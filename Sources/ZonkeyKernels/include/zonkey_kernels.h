// The loops that must run at the speed of the vector units, chosen at run time for the processor
// (AVX-512, AVX2, portable). Everything is float32, row-major and single-threaded; sizes are
// elements; pointers do not overlap unless said. "+=" marks arrays that are added to. Results are
// the same on every run on one kind of processor; a row, segment or document does not depend on
// its neighbours in the call, nor on its place among them.
//
// Shapes: B documents, N segments, S positions in a segment, L rows, D width, V vocabulary,
// H heads, E = D / H. Packed rows: segment n owns rows offsets[n] ..< offsets[n + 1].
#ifndef ZONKEY_KERNELS_H
#define ZONKEY_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The name of the variant that runs on this processor.
const char *zk_kernel_variant(void);

// ---- Rows ------------------------------------------------------------------------------------

/// out[i, :] = bias + residual[i, :] + table[row_of[i], :]; each of the three may be NULL (zeros
/// where all are); row_of is read only with a table.
/// `out` may be the same array as `residual`.
void zk_start_rows(float *out, const float *bias, const float *residual, const float *table,
                   const int32_t *row_of, long rows, long columns);
/// Lays a weight matrix [outputs, inputs] out for zk_product, 16 outputs side by side; `packed` has
/// inputs * (outputs rounded up to 16) floats.
void zk_pack_weights(const float *weight, long outputs, long inputs, float *packed);
/// Lays out the transposed matrix, as if weightᵀ [inputs, outputs] were packed; `packed` has
/// outputs * (inputs rounded up to 16) floats.
void zk_pack_transposed(const float *weight, long outputs, long inputs, float *packed);
/// out[i, :] = x[i, :] · weightᵀ + what zk_start_rows starts row i with; every output is summed over
/// the inputs in their order. `out` may be the same array as `residual`.
void zk_product(const float *x, const float *packed, const float *bias, const float *residual,
                const float *table, const int32_t *row_of, long rows, long inputs, long outputs,
                float *out);
/// Whether this processor has instructions for zk_integer_product, which is slow without.
bool zk_has_integer_products(void);
/// Inputs that zk_integer_product sums as integers before it adds in single precision.
enum { ZK_INTEGER_BLOCK = 256 };
/// Lays a weight matrix out for zk_integer_product, rounded to 8-bit integers; `packed` has
/// (inputs / 4 + 2 * (inputs / ZK_INTEGER_BLOCK), quotients rounded up) * (outputs rounded up to 16)
/// floats.
void zk_pack_integers(const float *weight, long outputs, long inputs, float *packed);
/// zk_product of 8-bit integers, to which rows of x and weights are rounded by blocks of inputs: to
/// 1/63 and 1/127 of the block's largest magnitude. A row of x that is not finite gives NaN. There is
/// at least one input.
void zk_integer_product(const float *x, const float *packed, const float *bias,
                        const float *residual, const float *table, const int32_t *row_of,
                        long rows, long inputs, long outputs, float *out);
/// sums[j] += Σ_i x[i, j].
void zk_column_sums(const float *x, long rows, long columns, float *sums);
/// y += a * x.
void zk_axpy(float a, const float *x, float *y, long count);
/// Σ a[i] * b[i], summed in a fixed order, in double precision across blocks.
double zk_dot(const float *a, const float *b, long count);

// ---- Shifted sums: convolutions from one product ---------------------------------------------

/// out[row] += Σ_o x[row + o - kernel/2], columns of offset o: `x` [L, Σ kernel·channels] has each
/// group's columns ordered by offset, then channel; `out` [L, Σ channels]. Rows outside their own
/// sequence count as zero; sequence s owns rows offsets[s] ..< offsets[s + 1].
void zk_shifted_sum_forward(const float *x, const int32_t *offsets, long sequences,
                            const int32_t *kernels, const int32_t *channels, long groups,
                            float *out);
/// dx += the gradient; each of its columns is part of one sum at most.
void zk_shifted_sum_backward(const float *dout, const int32_t *offsets, long sequences,
                             const int32_t *kernels, const int32_t *channels, long groups,
                             float *dx);

// ---- Convolutions by themselves --------------------------------------------------------------

/// Lays the weights [Σ kernel·channels, D] of a convolution, each group's rows ordered by offset,
/// then channel, out for zk_convolution. Returns the number of floats; with NULL it does no more.
long zk_pack_convolution(const float *weight, long width, const int32_t *kernels,
                         const int32_t *channels, long groups, float *packed);
/// out [L, Σ channels] = bias + what zk_shifted_sum_forward makes of x [L, D] · weightᵀ, but for
/// rounding.
void zk_convolution(const float *x, const int32_t *offsets, long sequences, const float *packed,
                    const float *bias, long width, const int32_t *kernels, const int32_t *channels,
                    long groups, float *out);

// ---- LayerNorm (epsilon 1e-5, affine) --------------------------------------------------------

/// out = (x - mean) * rstd * gain + bias, per row; mean and rstd [rows] are kept for the backward.
void zk_layernorm_forward(const float *x, const float *gain, const float *bias, float *out,
                          float *mean, float *rstd, long rows, long columns);
/// dx +=, dgain +=, dbias += (each may be NULL).
void zk_layernorm_backward(const float *x, const float *gain, const float *mean, const float *rstd,
                           const float *dout, float *dx, float *dgain, float *dbias, long rows,
                           long columns);

// ---- GELU (exact, by erf) --------------------------------------------------------------------

void zk_gelu_forward(const float *x, float *out, long count);
/// dx += dout * gelu'(x).
void zk_gelu_backward(const float *x, const float *dout, float *dx, long count);
/// out = gelu(x) and d *= gelu'(x), for a backward pass that did not keep the forward's result.
void zk_gelu_chain(const float *x, float *out, float *d, long count);

// ---- Probabilities ---------------------------------------------------------------------------

/// out = σ(scale * x + shift), the argument of σ held in ±limit, which is 88 at most.
void zk_logistic(const float *x, float scale, float shift, float limit, float *out, long count);
/// Existence of packed rows: the product of 1 - p over a segment's rows up to each, its first left
/// out, held in low ... 1 - low. p and out are indexed by the offsets as they are.
void zk_existence(const float *p, const int32_t *offsets, long segments, float low, float *out);

/// One of `count` classes, at least one, drawn by a uniform number in [0, 1): each as often as exp of its
/// logit says, one of -INFINITY never. One logit at least is finite.
long zk_draw(const float *logits, long count, float uniform);

// ---- Sphere norm: out = x / ‖x‖ * radius per row; a zero row stays zero -------------------------

/// `length` [rows] receives ‖x‖ for the backward (clamped to at least 1e-12).
void zk_sphere_forward(const float *x, float radius, float *out, float *length, long rows,
                       long columns);
/// dx += radius/‖x‖ * (dout - u (u·dout)), u = x/‖x‖, with the clamped ‖x‖: a zero row gets
/// radius * 1e12 * dout.
void zk_sphere_backward(const float *x, const float *length, float radius, const float *dout,
                        float *dx, long rows, long columns);

// ---- Attention over packed segments ----------------------------------------------------------

/// Probabilistic Attention of queries over keys, segment by segment, positions already added to q
/// and k by the caller. score(i, j) = q_i·k_j / √E + [j > i](log_k[j] - log_q[i]), i and j counted
/// inside the segment. A key whose log is -INFINITY is masked; a query whose log is -INFINITY gives
/// a zero row, and so does one that no key is left for. log_q and log_k may both be NULL: no
/// existence, all keys visible.
/// With `gate` the output is multiplied by σ(gate).
/// q_places says where each query stands in its segment (its i), for queries of some places only;
/// NULL where a segment's queries stand at 0, 1, 2 ...
/// Head h is columns h*E ..< (h+1)*E. Row strides are in floats. Self form: the same rows for
/// queries and keys.
/// q, k, v, gate, logs and places are indexed by the offsets as they are (row q_offsets[n] of q stands
/// at q + q_offsets[n] * q_stride).
typedef struct {
  const float *q, *k, *v, *gate;      // gate may be NULL
  long q_stride, k_stride, v_stride, gate_stride;
  const float *log_q, *log_k;         // packed like the rows
  const int32_t *q_offsets, *k_offsets;  // [N + 1] each, first entry need not be 0
  const int32_t *q_places;               // packed like the queries; may be NULL
  long segments, width, heads;
} zk_attention;

/// out [query rows, D], contiguous, indexed like q (row q_offsets[n] is written at
/// out + (q_offsets[n] - q_offsets[0]) * D).
void zk_attention_forward(const zk_attention *a, float *out);
/// dout is indexed like out; dq, dk, dv, dgate have the rows and strides of q, k, v, gate and are
/// += (dgate NULL when gate is); dlog_q and dlog_k += (NULL when the logs are NULL). dlog_q and
/// dlog_k may be the same array, and the others parts of one projection, overlapping or not.
/// Masked (-INFINITY) places get no gradient.
void zk_attention_backward(const zk_attention *a, const float *dout, float *dq, float *dk,
                           float *dv, float *dgate, float *dlog_q, float *dlog_k);

/// The splitter's local form. `projected` [L, 4D] holds q, k, v, gate (no positions added);
/// documents are packed by offsets [B + 1]. Each query i of a document of length n sees keys
/// j = i - half ... i + half inside the document;
/// score = clamp((q_i + positions[half])·(k_j + positions[j - i + half]) / √E, ±60);
/// `positions` is [2*half + 1, E], the same for all heads. Output gated by σ(gate), [L, D].
/// `projected` is indexed by the offsets as they are, out and dout from row offsets[0].
void zk_local_attention_forward(const float *projected, const int32_t *offsets, long documents,
                                long width, long heads, long half, const float *positions,
                                float *out);
/// dprojected [L, 4D] +=. A clamped score passes no gradient.
void zk_local_attention_backward(const float *projected, const int32_t *offsets, long documents,
                                 long width, long heads, long half, const float *positions,
                                 const float *dout, float *dprojected);

/// The local form over V symbols, by tables: of query and key symbols [V, V, H] and of query symbols
/// and places in the window [V, 2*half + 1, H] the exponentials of two scores, each clamped to ±87,
/// which add up to those of zk_local_attention_forward; values [V, D]; σ(gate) [V, D].
typedef struct {
  const float *pairs, *places, *values, *gates;
  long symbols, width, heads, half;
} zk_symbol_attention;
/// Makes the tables from the symbols' projections [V, 4D].
void zk_symbol_tables(const float *projected, const float *positions, long symbols, long width,
                      long heads, long half, float *pairs, float *places, float *values,
                      float *gates);
/// out [L, D] of documents of symbols packed by offsets, as zk_local_attention_forward gives it for
/// their projections but for rounding.
void zk_symbol_attention_forward(const zk_symbol_attention *a, const int32_t *symbols,
                                 const int32_t *offsets, long documents, float *out);

/// One step of causal attention with cached keys and values, positions already added.
/// `projected` [R, 3D] (q, k, v) has the rows of step s from row first_row[s], one for each segment
/// that lives at s; the queries are those of step t, segments 0 ..< alive; each sees the keys of
/// steps 0 ... t of its own segment. out is [alive, D]. Steps come in their order, of `steps` in
/// all; `kept` keeps what later ones need of them, zk_step_kept floats.
void zk_step_attention_forward(const float *projected, const int32_t *first_row, long steps,
                               long step, long alive, long width, long heads, float *kept,
                               float *out);
/// The size of `kept` for so many segments.
static inline long zk_step_kept(long steps, long segments, long width, long heads) {
  return 2 * steps * ((segments * heads + 15) / 16 * 16) * ((width / heads + 15) / 16 * 16);
}
/// dprojected [R, 3D] += for the q of step t and the k, v of steps 0 ... t.
void zk_step_attention_backward(const float *projected, const int32_t *first_row, long step,
                                long alive, long width, long heads, const float *dout,
                                float *dprojected);

// ---- Cross-entropy over cosines --------------------------------------------------------------

/// Logits are 2·atanh(c) = log((1 + c)/(1 - c)), cosines clamped to ±(1 - 1e-7).
/// loss[i] = -log softmax(logits[i, :])[target[i]].
void zk_cosine_cross_entropy_forward(const float *cosines, const int32_t *target, float *loss,
                                     long rows, long classes);
/// dcosines[i, c] += dloss[i] * d loss[i] / d cosines[i, c]; clamped cosines get none.
void zk_cosine_cross_entropy_backward(const float *cosines, const int32_t *target,
                                      const float *dloss, float *dcosines, long rows,
                                      long classes);

// ---- Optimiser -------------------------------------------------------------------------------

/// AdamW with decoupled decay, as PyTorch: w -= lr*decay*w; m, v updated with g = scale*gradient;
/// w -= lr * (m / correction1) / (√(v / correction2) + epsilon). 1 - beta is taken of the float
/// beta, so corrections computed from the same float betas fit exactly.
typedef struct {
  float learning_rate, beta1, beta2, epsilon, weight_decay, correction1, correction2,
      gradient_scale;
} zk_adamw_settings;
void zk_adamw(float *w, float *m, float *v, const float *gradient, long count,
              zk_adamw_settings settings);
/// average += (1 - decay) * (w - average).
void zk_moving_average(float *average, const float *w, float decay, long count);

// ---- Random numbers --------------------------------------------------------------------------

/// Counter-based: element i depends on (key, first + i) alone, so any order and any chunking give
/// the same numbers. Uniform in [0, 1), 24 bits.
void zk_uniform(uint64_t key, uint64_t first, float *out, long count);
/// Standard normal by Box-Muller; element i depends on (key, first + i) alone.
void zk_normal(uint64_t key, uint64_t first, float *out, long count);

#ifdef __cplusplus
}
#endif
#endif
