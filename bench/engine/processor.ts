/** Time of the processor, which others that use the machine do not stretch as they do that of the clock. */

/** ms that all threads of this process have taken, those that compile and collect garbage among them. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
