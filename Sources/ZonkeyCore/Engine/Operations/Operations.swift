// The operations of the tape: one file each, forward and backward beside each other.
//
// All tensors are matrices of rows. The letters of their shapes mean the same everywhere:
//
//   B documents        N segments           S positions of a segment (the longest)
//   L positions of a document, or rows of any batch of vectors
//   P rows of all segments, packed one segment behind the other: segment n has the rows
//     offsets[n] ..< offsets[n + 1], and offsets has N + 1 entries
//   D width            C latent vectors of a segment, its latent has the width C·D
//   V vocabulary       H heads, of width D / H        F·D the inner width of a feed-forward
//   K items for each row: negatives, candidates, the size of a kernel
//   I inputs and O outputs of a linear map, whose weight is [O, I]
//
// An operation reads its inputs, writes a tensor of its own and records how the gradient of the
// result is added to those of the inputs. `tape.gradient(x)` is nil where x takes none. What the
// backward half needs beside tensors it keeps with `floats`; what an operation needs only while
// it runs it takes with `scratch`. Losses are operations too; they lie with the model.
