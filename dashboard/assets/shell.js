// The shell: current page in the navigation, light and dark, menus that close, sessions that end, the key that opens a chart's table.
(function () {
  "use strict";
  function markCurrent() {
    var path = location.pathname;
    document.querySelectorAll(".navigation-link").forEach(function (link) {
      var target = link.getAttribute("href");
      var isCurrent = target === "/" ? path === "/" : path === target || path.indexOf(target + "/") === 0;
      if (isCurrent) { link.setAttribute("aria-current", "page"); } else { link.removeAttribute("aria-current"); }
    });
  }
  function closeMenus(except) {
    document.querySelectorAll(".account-menu[open], .phone-navigation[open]").forEach(function (menu) {
      if (menu !== except) { menu.removeAttribute("open"); }
    });
  }
  document.addEventListener("click", function (event) {
    var target = event.target;
    closeMenus(target.closest(".account-menu, .phone-navigation"));
    if (target.closest(".phone-navigation a, .account-menu a")) { closeMenus(null); }
    var toggle = target.closest("#scheme-toggle");
    if (toggle) {
      document.cookie = "tieout_scheme=" + toggle.dataset.scheme + "; path=/; max-age=31536000; samesite=lax" + (location.protocol === "https:" ? "; secure" : "");
      location.reload();
    }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      var open = document.querySelector(".account-menu[open], .phone-navigation[open]");
      if (open) { open.removeAttribute("open"); open.querySelector("summary").focus(); }
    }
    var isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable;
    if (event.key === "t" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      var card = event.target.closest(".figure-card") || document.querySelector(".figure-card:hover");
      var table = card && card.querySelector(".chart-table");
      if (table) { table.open = !table.open; }
    }
  });
  // What a callback refuses or fails to do is said, not swallowed.
  function tell(message) {
    var box = document.getElementById("request-failure");
    if (!box) {
      box = document.createElement("div");
      box.id = "request-failure";
      box.className = "notice notice-error request-failure";
      box.setAttribute("role", "alert");
      document.body.appendChild(box);
    }
    var close = document.createElement("button");
    close.type = "button";
    close.className = "button";
    close.textContent = "Close";
    close.addEventListener("click", function () { box.remove(); });
    box.replaceChildren(message, close);
  }
  function tellOf(response) {
    response.clone().json()
      .then(function (answer) { return answer.message; }, function () { return ""; })
      .then(function (message) { tell(message || "Tieout did not answer as it should (" + response.status + "). Try again."); });
  }
  // A session that has ended answers 401: go to the sign-in page and come back to the same view.
  var fetchOfBrowser = window.fetch;
  window.fetch = function () {
    return fetchOfBrowser.apply(this, arguments).then(function (response) {
      if (response.status === 401) { location.assign("/sign-in?next=" + encodeURIComponent(location.pathname + location.search)); }
      else if (response.status >= 400 && response.url.indexOf("/_dash-update-component") > 0) { tellOf(response); }
      return response;
    }, function (failure) {
      if (failure.name !== "AbortError") { tell("The connection to Tieout broke. Check the network and try again."); }
      throw failure;
    });
  };
  var lastPath = null;
  new MutationObserver(function () {
    markCurrent();
    if (lastPath !== null && lastPath !== location.pathname) { window.scrollTo(0, 0); }
    lastPath = location.pathname;
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
