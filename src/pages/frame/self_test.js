// Shows on a page that tests the computer that scripts run, and how far its clock is from the gateway's.
(() => {
  const clock = document.getElementById("clock"), script = document.getElementById("script");
  if (!clock || !script) return;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  script.textContent = script.dataset.on;
  const ahead = Date.now() - Number(clock.dataset.now);
  const minutes = Math.round(Math.abs(ahead) / 60000);
  const [unit, count] = minutes < 120 ? ["minutes", minutes] : minutes < 2880 ? ["hours", minutes / 60] : ["days", minutes / 1440];
  const by = fill(clock.dataset[unit], { count: Math.round(count) });
  clock.textContent = fill(clock.dataset[minutes < 1 ? "right" : ahead > 0 ? "fast" : "slow"], { by });
})();
