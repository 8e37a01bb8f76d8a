// Packs take seconds: the button says so while the server makes one, and what went wrong if it could not. Without scripts it is a plain download.
(function () {
  "use strict";
  function announce(button, text) {
    var place = button.parentNode.querySelector(".pack-status");
    if (!place) {
      place = document.createElement("span");
      place.className = "pack-status muted";
      place.setAttribute("role", "status");
      button.parentNode.append(place);
    }
    place.textContent = text;
  }
  function nameOf(response) {
    var found = (response.headers.get("Content-Disposition") || "").match(/filename="?([^";]+)"?/);
    return found ? found[1] : "tieout";
  }
  function save(blob, name) {
    var link = document.createElement("a"), address = URL.createObjectURL(blob);
    link.href = address;
    link.download = name;
    document.body.appendChild(link);
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(address); }, 1000);
  }
  function seconds(from) { return Math.max(1, Math.round((Date.now() - from) / 1000)); }
  function fetchPack(button) {
    var words = button.dataset.pack, began = Date.now();
    function tell() { announce(button, words + " is being made, " + seconds(began) + " s"); }
    button.setAttribute("aria-disabled", "true");
    tell();
    var timer = setInterval(tell, 1000);
    fetch(button.href, { headers: { Accept: "application/octet-stream" } }).then(function (response) {
      if (response.status === 401) { location.assign("/sign-in?next=" + encodeURIComponent(location.pathname)); }
      if (!response.ok) {
        return response.json().then(function (answer) { throw new Error(answer.message); });
      }
      return response.blob().then(function (blob) {
        save(blob, nameOf(response));
        announce(button, words + " is downloaded.");
      });
    }).catch(function (error) {
      announce(button, words + " was not made: " + (error.message || "the connection broke") + " Try again.");
    }).finally(function () {
      clearInterval(timer);
      button.removeAttribute("aria-disabled");
    });
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("a[data-pack]");
    if (!button || event.ctrlKey || event.metaKey || event.shiftKey || !window.fetch) { return; }
    event.preventDefault();
    if (button.getAttribute("aria-disabled") !== "true") { fetchPack(button); }
  });
})();
