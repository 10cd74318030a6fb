/** Tensors of torch: words that their values need. What is shown stands in torch.c. */
#ifndef STROBE_SNAPSHOT_TORCH_H
#define STROBE_SNAPSHOT_TORCH_H

/** Make the words. GIL: held. May set an exception. @return 0 or STROBE_ENOMEM; strobe_torch_done() is fine then, too
 */
int strobe_torch_init(void);

/** Release them. GIL: held. */
void strobe_torch_done(void);

#endif
