// Runs before anything is drawn: settles light or dark, and tells the server by a cookie so that charts come in its colours.
(function () {
  "use strict";
  var found = document.cookie.match(/(?:^|; )tieout_scheme=(light|dark)/);
  var scheme = found ? found[1] : window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  if (!found) {
    document.cookie = "tieout_scheme=" + scheme + "; path=/; max-age=31536000; samesite=lax" + (location.protocol === "https:" ? "; secure" : "");
  }
  document.documentElement.setAttribute("data-mantine-color-scheme", scheme);
  // The finance bundle alone: a quarter of the whole library. Dash assigns the address of the whole one; the getter stays.
  Object.defineProperty(window, "_dashPlotlyJSURL", {
    get: function () { return "/assets/vendor/plotly-finance-4.1.1.min.js"; },
    set: function () {},
    configurable: false
  });
})();
