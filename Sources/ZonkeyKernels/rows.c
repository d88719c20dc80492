#include "zonkey_kernels.h"
