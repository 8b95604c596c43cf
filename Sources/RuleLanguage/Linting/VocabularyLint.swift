import CEL
import Diagnostics

/// Compares text that is written in a condition with the closed vocabulary of the field it is compared to.
struct VocabularyLint {
    let schema: Schema
    /// `schema.kinds` and the kinds of the book's signals.
    let kinds: Set<String>

    func check(_ checked: CheckedExpression) -> [Diagnostic] {
        var found: [Diagnostic] = []
        checked.root.walk { expr in
            guard case .binary(let operation, let left, let right) = expr.kind,
                [.equal, .notEqual, .isIn].contains(operation)
            else { return }
            if let name = field(left, checked) { found += texts(right, checked).compactMap { judge($0, of: name) } }
            if operation != .isIn, let name = field(right, checked) {
                found += texts(left, checked).compactMap { judge($0, of: name) }
            }
        }
        return found
    }

    /// `Object.field` of a node that reads a field.
    private func field(_ expr: Expr, _ checked: CheckedExpression) -> String? {
        guard case .field(let field, let owner)? = checked.references[expr.id] else { return nil }
        return owner + "." + field.name
    }

    /// The texts that a node is: itself, the elements of a list, or those of a list or parameter that it names.
    private func texts(_ expr: Expr, _ checked: CheckedExpression) -> [(text: String, span: Span)] {
        if case .list(let elements) = expr.kind { return elements.flatMap { texts($0.value, checked) } }
        switch checked.constantValue(of: expr) {
        case .string(let text)?: return [(text, expr.span)]
        case .list(let values)?:
            return values.compactMap { if case .string(let text) = $0 { (text, expr.span) } else { nil } }
        default: return []
        }
    }

    private func judge(_ literal: (text: String, span: Span), of field: String) -> Diagnostic? {
        if field == schema.activity + ".kind" {
            return judge(literal, in: kinds, .error, .unknownKind, "no activity has the kind", "not a kind")
        }
        if let words = schema.vocabularies[field] {
            return judge(
                literal, in: words, .error, .unknownKind, "`\(shown(field))` is never", "not one of its values")
        }
        if field == schema.activity + ".country" {
            return judge(
                literal, in: Countries.codes, .warning, .unknownCountry, "no country has the code",
                "not an ISO 3166 code")
        }
        return nil
    }

    private func shown(_ field: String) -> String {
        guard let dot = field.firstIndex(of: ".") else { return field }
        return field[..<dot].lowercased() + field[dot...]
    }

    private func judge(
        _ literal: (text: String, span: Span), in words: Set<String>, _ level: Diagnostic.Level,
        _ code: RuleDiagnosticCode, _ what: String, _ label: String
    ) -> Diagnostic? {
        guard !words.contains(literal.text) else { return nil }
        let near = nearestName(to: literal.text, in: words)
        let few = words.count <= 12 ? "it is one of " + words.sorted().map { "`\($0)`" }.joined(separator: ", ") : nil
        return Diagnostic(
            level, code.rawValue, "\(what) `\(literal.text)`", at: literal.span, label: label,
            help: near.map { "did you mean `\($0)`?" } ?? few)
    }
}

/// The two-letter country codes of ISO 3166-1, and `XK` as MaxMind uses it for Kosovo.
enum Countries {
    static let codes: Set<String> = Set(text.split(separator: " ").map(String.init))

    private static let text = """
        AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY \
        BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK \
        FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR \
        IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK \
        ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM \
        PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF \
        TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
        """
}
