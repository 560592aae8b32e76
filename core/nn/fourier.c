/* SPDX-License-Identifier: BSD-3-Clause */
#include "nn/fourier.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "statistics/fft.h"

#ifdef MDGAN_REAL_DOUBLE
#define FFTW(name) fftw_##name
#else
#define FFTW(name) fftwf_##name
#endif

mdgan_status fourier_create(fourier *const f, const size_t n, mdgan_error *const error)
{
    real *const x = FFTW(alloc_real)(n);
    FFTW(complex) *const y = FFTW(alloc_complex)(n / 2 + 1);
    *f = (fourier){.n = n};
    if (x && y) {
        fft_planner_lock();
        /* Measured plans could differ from run to run, and so would the last digits. */
        f->forward = FFTW(plan_dft_r2c_1d)((int)n, x, y, FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
        f->backward = FFTW(plan_dft_c2r_1d)((int)n, y, x, FFTW_ESTIMATE);
        fft_planner_unlock();
    }
    FFTW(free)(x);
    FFTW(free)(y);
    if (!f->forward || !f->backward) {
        fourier_clear(f);
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for a Fourier transform of %zu points", n);
    }
    return MDGAN_OK;
}

void fourier_clear(fourier *const f)
{
    fft_planner_lock();
    if (f->forward) {
        FFTW(destroy_plan)(f->forward);
    }
    if (f->backward) {
        FFTW(destroy_plan)(f->backward);
    }
    fft_planner_unlock();
    memset(f, 0, sizeof *f);
}

/* Where FFTW's vector code can work. */
static inline bool aligned(const void *const x)
{
    return (uintptr_t)x % FOURIER_ALIGNMENT == 0;
}

void fourier_forward(const fourier *const f, const real *const x, real *const y)
{
    assert(aligned(x) && aligned(y));
    /* FFTW's interface lacks const; the plan preserves its input. */
    FFTW(execute_dft_r2c)(f->forward, (real *)x, (FFTW(complex) *)y);
}

void fourier_backward(const fourier *const f, real *const y, real *const x)
{
    assert(aligned(x) && aligned(y));
    FFTW(execute_dft_c2r)(f->backward, (FFTW(complex) *)y, x);
}
