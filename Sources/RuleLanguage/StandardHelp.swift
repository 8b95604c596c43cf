import Diagnostics

extension Diagnostic {
    /// The same, with a next step: its own, else what helps with most errors of its code.
    ///
    /// Every error of a file ends in something to do, also where nothing near was meant.
    func withHelp() -> Diagnostic {
        guard level == .error, help == nil, let standard = Self.standardHelp[code] else { return self }
        var diagnostic = self
        diagnostic.help = standard
        return diagnostic
    }

    private static let standardHelp: [String: String] = [
        "R0101": "look at this line and those above: close the bracket or the quote, or write the value",
        "R0110": "remove it; `docs/writing-rules.md` has every key",
        "R0112": "write it in the form that the message names",
        "R0113": "write a value of that type",
        "R0116": "give one of them another name",
        "R0122": "write the arguments that the aggregate takes, such as `distinct(activity.ip)`",
        "R0123": "stay within the limit, or make two rules of it",
        "R0201": "look before this place: an operand, a bracket or a quote is missing",
        "R0202": "`activity`, `target`, `actor`, the row of `each`, `now`, `params.x`, `lists.x` and the names of the "
            + "verb can be used",
        "R0203": "`tocsin rules fields` lists the fields of every record",
        "R0204": "give it the type that is needed, such as with `int(...)`, `string(...)` or `duration(\"1h\")`",
        "R0205": "a character that stands for itself, such as `(`, is written with `\\\\` before it",
        "R0208": "put a part of it into a function of `define`",
        "R0209": "`docs/cel.md` has every function; aggregates such as `count()` belong below `let`",
        "R0220": "write an expression of that type",
        "R0303": "`tocsin rules fields` lists the values, and `tocsin rules fields kinds` the kinds",
        "R0401": "write it in the form that the message names",
        "R0402": "`tocsin rules fields` lists the fields, and `let` names the variables",
        "P0102": "`tocsin rules list` shows the rules that there are",
        "P0103": "name a parameter of the rule's `params`",
        "P0104": "write a value of that type",
        "P0107": "write the list into a `define` file first, or name one that is there",
        "P0109": "write a word that `each` takes, such as `user`",
    ]
}
