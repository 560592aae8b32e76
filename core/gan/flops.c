/* SPDX-License-Identifier: BSD-3-Clause */
#include "gan/flops.h"

static double linear_flops(const size_t rows, const linear *const l)
{
    return 2.0 * (double)(rows * l->in * l->out);
}

static double stage_flops(const chain *const c, const size_t i)
{
    return linear_flops(c->stage[i].rows, &c->stage[i].layer);
}

/* Of one forward pass of one sample; back-propagation to the inputs and to the weights cost the same each. */
static double chain_flops(const chain *const c)
{
    double sum = 0;
    for (size_t i = 0; i < c->n_stage; i++) {
        sum += stage_flops(c, i);
    }
    return sum;
}

/* Real and fake samples: forward, weights, inputs of all layers but the first. Penalty: forward and back to the input
 * at the point between them, then the tangent pass and its weights. */
static double critic_loss_flops(const critic *const c)
{
    const double all = chain_flops(&c->net), first = stage_flops(&c->net, 0),
                 last = stage_flops(&c->net, c->net.n_stage - 1);
    const double distance = 2 * (3 * all - first);
    return c->penalty > 0 ? distance + 4 * all - last : distance;
}

/* Matrices of the linear part are applied to every component. */
static double applied_flops(const generator *const g, const size_t out, const size_t in)
{
    return 2.0 * (double)(g->arch.component * out * in);
}

/* One step of G_z, forward. */
static double evolve_flops(const generator *const g)
{
    const size_t q = g->arch.state;
    return chain_flops(&g->evolve) + (q > 0 ? 2 * applied_flops(g, q, q) : 0);
}

static double evolve_backward_flops(const generator *const g)
{
    const size_t q = g->arch.state;
    /* The first layer's inputs have a gradient only where they are z, which is half of them. */
    return 2 * chain_flops(&g->evolve) - stage_flops(&g->evolve, 0) / 2 + (q > 0 ? 3 * applied_flops(g, q, q) : 0);
}

static double unet_flops(const unet *const u)
{
    double sum = 0;
    for (size_t i = 0; i < u->n_level; i++) {
        const size_t rows = u->level[i].rows;
        sum += linear_flops(rows, &u->level[i].encode) + linear_flops(rows, &u->level[i].decode);
    }
    return sum;
}

static double window_flops(const generator *const g)
{
    const size_t q = g->arch.state, m = g->arch.window;
    return unet_flops(&g->window) + (q > 0 ? 2 * applied_flops(g, m, q) + applied_flops(g, m, m) : 0);
}

static double window_backward_flops(const generator *const g)
{
    const size_t q = g->arch.state, m = g->arch.window;
    const double first = linear_flops(g->window.level[0].rows, &g->window.level[0].encode);
    return 2 * unet_flops(&g->window) - first + (q > 0 ? 4 * applied_flops(g, m, q) + applied_flops(g, m, m) : 0);
}

double networks_flops(const networks *const net, const size_t critic_steps)
{
    const schedule *const plan = &net->schedule;
    const generator *const g = &net->generator;
    const double steps = (double)(plan->n_state - 1), windows = (double)plan->n_window;
    double critic_step = steps * evolve_flops(g) + critic_loss_flops(&net->window);
    double generator_step =
        2 * chain_flops(&net->window.net) + windows * window_backward_flops(g) + steps * evolve_backward_flops(g);
    for (size_t i = 0; i < net->n_latent; i++) {
        critic_step += critic_loss_flops(&net->latent[i]);
        generator_step += 4 * chain_flops(&net->latent[i].net);
    }
    /* Only the last critic step's windows are all needed. */
    const double generated = (double)(critic_steps - 1) * (double)plan->n_pair + windows;
    return (double)critic_steps * critic_step + generated * window_flops(g) + generator_step;
}
