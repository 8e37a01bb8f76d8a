// AG Grid in the house's look, and cell renderers drawn as SVG: link, grade, sparkline, interval, variance, severity.
(function () {
  "use strict";
  var functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  var components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  function h() { return window.React.createElement.apply(null, arguments); }
  functions.tieoutGridTheme = function (agGrid) {
    return agGrid.themeQuartz.withParams({
      fontFamily: "inherit", fontSize: 13.5, headerFontSize: 12.5, headerFontWeight: 600, spacing: 7, wrapperBorderRadius: 8,
      backgroundColor: "var(--paper)", foregroundColor: "var(--text)", headerBackgroundColor: "var(--paper)", headerTextColor: "var(--muted)",
      borderColor: "var(--hairline)", accentColor: "var(--ink)", rowHoverColor: "var(--soft)", chromeBackgroundColor: "var(--paper)", browserColorScheme: "inherit"
    });
  };
  functions.tieoutByNumber = function (a, b) { return Number(String(a).replace(/,/g, "")) - Number(String(b).replace(/,/g, "")); };
  functions.tieoutBySort = function (a, b) { return (a === null ? -Infinity : a) - (b === null ? -Infinity : b); };
  components.TieoutLink = function (props) {
    var value = props.value;
    if (!value || !value.href) { return value ? value.text || String(value) : ""; }
    return h("a", {
      href: value.href,
      onClick: function (event) {
        if (event.metaKey || event.ctrlKey || event.shiftKey || value.href.indexOf("/files/") === 0) { return; }
        event.preventDefault();
        history.pushState({}, "", value.href);
        window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
        window.scrollTo(0, 0);
      }
    }, value.text);
  };
  components.TieoutGrade = function (props) {
    var grade = props.value || "n/a";
    var tone = grade === "n/a" ? "none" : grade <= "E1" ? "hatched" : grade >= "E3" ? "solid" : "light";
    return h("span", { className: "badge badge-" + tone, title: grade === "n/a" ? "Not estimable: there is no grade" : "Evidence grade " + grade }, grade);
  };
  components.TieoutVariance = function (props) {
    var value = props.value || { text: "n/a", tone: "level" };
    return h("span", { className: "variance " + value.tone }, value.text);
  };
  components.TieoutSeverity = function (props) {
    return h("span", { className: "severity severity-" + props.value }, props.value);
  };
  components.TieoutSparkline = function (props) {
    var values = Array.isArray(props.value) ? props.value : [], label = (props.value && props.value.label) || "";
    if (props.value && Array.isArray(props.value.values)) { values = props.value.values; }
    var known = values.filter(function (v) { return typeof v === "number"; });
    if (!known.length) { return h("span", { className: "muted" }, "n/a"); }
    var low = Math.min.apply(null, known), span = Math.max.apply(null, known) - low || 1, step = 88 / Math.max(values.length - 1, 1);
    var runs = [[]], last = null;
    values.forEach(function (value, i) {
      if (typeof value !== "number") { runs.push([]); return; }
      last = [4 + i * step, 20 - (16 * (value - low)) / span];
      runs[runs.length - 1].push(last[0].toFixed(1) + "," + last[1].toFixed(1));
    });
    return h("svg", { width: 96, height: 24, viewBox: "0 0 96 24", role: "img", "aria-label": label || "course of " + values.length + " periods" },
      runs.filter(function (run) { return run.length; }).map(function (run, i) {
        return h("polyline", { key: i, points: run.join(" "), fill: "none", stroke: "var(--ink)", strokeWidth: 1.5 });
      }),
      h("circle", { cx: last[0], cy: last[1], r: 2.2, fill: "var(--ink)" }));
  };
  components.TieoutInterval = function (props) {
    var value = props.value;
    if (!value || typeof value.point !== "number") { return h("span", { className: "muted" }, (value && value.label) || "n/a"); }
    var minimum = props.minimum, span = props.maximum - minimum || 1;
    function x(amount) { return 2 + 196 * Math.min(1, Math.max(0, (amount - minimum) / span)); }
    var left = x(value.low), right = x(value.high), parts = [
      h("rect", { key: "axis", x: 0, y: 9.5, width: 200, height: 1, fill: "var(--hairline)" }),
      h("rect", { key: "zero", x: x(0) - 0.5, y: 4, width: 1, height: 12, fill: "var(--axis)" }),
      h("rect", { key: "band", x: left, y: 6.5, width: Math.max(1, right - left), height: 7, rx: 3.5, fill: "var(--band)" }),
      h("rect", { key: "tick", x: x(value.point) - 1.25, y: 2, width: 2.5, height: 16, fill: "var(--ink)" })
    ];
    if (typeof value.mark === "number") {
      parts.push(h("line", { key: "mark", x1: x(value.mark), x2: x(value.mark), y1: 1, y2: 19, stroke: "var(--ink)", strokeWidth: 1.5, strokeDasharray: "3 2" }));
    }
    return h("svg", { width: "100%", height: 20, viewBox: "0 0 200 20", preserveAspectRatio: "none", role: "img", "aria-label": value.label || "" }, h("title", null, value.label || ""), parts);
  };
})();
