// Cells of the ranked initiatives, sorting of cells that carry their words and their size, and filters that change the address without loading the page again.
(function () {
  "use strict";
  var functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  function sizeOf(cell) { return cell && typeof cell.sort === "number" ? cell.sort : -Infinity; }
  functions.tieoutBySize = function (a, b) {
    var left = sizeOf(a), right = sizeOf(b);
    return left === right ? 0 : left < right ? -1 : 1;
  };
  functions.tieoutByText = function (a, b) { return ((a && a.text) || "").localeCompare((b && b.text) || ""); };

  // Two lines in a cell: a figure or a name, and what belongs to it below. Links are those of TieoutLink.
  var components = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  function h() { return window.React.createElement.apply(null, arguments); }
  function twoLines(first, note) {
    return h("span", { className: "two-lines" }, first, h("span", { className: "cell-note" }, note || ""));
  }
  components.TieoutInitiative = function (props) {
    return twoLines(h(components.TieoutLink, { value: props.value }), props.value && props.value.note);
  };
  components.TieoutAgainstCase = function (props) {
    var value = props.value || { text: "n/a", tone: "level" };
    return twoLines(h("span", { className: "variance " + value.tone }, value.text), value.note);
  };

  function open(form) {
    var query = new URLSearchParams();
    new FormData(form).forEach(function (value, name) { if (value) { query.set(name, value); } });
    var text = query.toString();
    history.pushState({}, "", location.pathname + (text ? "?" + text : ""));
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }
  document.addEventListener("change", function (event) {
    var form = event.target.closest && event.target.closest("form.filters");
    if (form && event.target.tagName === "SELECT") { open(form); }
  });
  document.addEventListener("submit", function (event) {
    if (event.target.matches && event.target.matches("form.filters")) { event.preventDefault(); open(event.target); }
  }, true);
})();
