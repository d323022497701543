// Renews the certificate of this browser: makes a new key, and has it certified over the connection that the present certificate secures.
(() => {
  const { byId, text, clearFailure, showFailure, handOver } = PageParts;
  const [start, button] = [byId("renewal"), byId("renew")];
  // Before two thirds of the lifetime the page has no button.
  if (!button) return;
  button.hidden = false;
  // A repeat after a failure sends the same key, and so gets the same certificate.
  let key = null;

  const renew = async () => {
    clearFailure();
    button.disabled = true;
    byId("renewal-progress").textContent = button.dataset.busy;
    try {
      key ??= await DeviceFile.makeKey();
      const options = { method: "POST", headers: { "Content-Type": "application/pkcs10" }, body: await DeviceFile.request(key) };
      const [certificate] = DeviceFile.certificates(await text("/.well-known/est/simplereenroll", options));
      const authorities = DeviceFile.certificates(await text("/.well-known/est/cacerts"));
      start.hidden = true;
      await handOver({ key, certificate, authorities, test: start.dataset.test });
    } catch (error) {
      showFailure(error);
    } finally {
      button.disabled = false;
      byId("renewal-progress").textContent = "";
    }
  };
  button.addEventListener("click", renew);
})();
