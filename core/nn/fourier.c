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
    FFTW(complex) *const x = FFTW(alloc_complex)(n), *const y = FFTW(alloc_complex)(n);
    *f = (fourier){.n = n};
    if (x && y) {
        fft_planner_lock();
        /* Measured plans could differ from run to run, and so would the last digits. */
        f->forward = FFTW(plan_dft_1d)((int)n, x, y, FFTW_FORWARD, FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
        f->backward = FFTW(plan_dft_1d)((int)n, y, x, FFTW_BACKWARD, FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
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

/* FFTW's interface lacks const; the plans preserve their inputs. */
static void execute(void *const plan, const real *const from, real *const to)
{
    assert(aligned(from) && aligned(to));
    FFTW(execute_dft)(plan, (FFTW(complex) *)from, (FFTW(complex) *)to);
}

void fourier_forward(const fourier *const f, const real *const x, real *const y)
{
    execute(f->forward, x, y);
}

void fourier_backward(const fourier *const f, const real *const y, real *const x)
{
    execute(f->backward, y, x);
}
