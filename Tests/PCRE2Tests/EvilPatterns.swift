@testable import PCRE2

/// A hundred patterns that some text makes slow, by family, and the texts they are tried on.
enum EvilPatterns {
    static let all = nested + alternations + ends + neighbours + counted + lookarounds + references + recursive + found

    /// Repetitions of repetitions.
    static let nested = ["a", "\\d", "\\w", "[a-z]"].flatMap {
        ["^(\($0)+)+$", "^(\($0)*)*$", "^(\($0)+)*!?$", "^((\($0)+)+)+$", "(\($0)+)+;"]
    }

    /// Alternatives that take the same text.
    static let alternations = [
        "^(a|a)+$", "^(a|aa)+$", "^(a|a?)+$", "^(\\w|\\d)+$", "^(\\d|\\w)+@", "^([a-z]|[a-m])*;", "^(foo|f|o)+$",
        "^(.|a)+b$", "^(\\s| )+x", "^(ab|a|b)+$",
    ]

    /// Searches that read the rest of the text again from every place.
    static let ends = [
        "\\s+$", "[ \\t]+$", "\\d+$", "\\w+;", "[a-z]+@", "\\s*$x?;", "\\s+:", "[^a]+a;", "\\d+[.]\\d+", "[a-z ]+=",
    ]

    /// Repetitions next to each other that take the same text.
    static let neighbours = [
        "a*a*a*$", "\\d*\\d*\\d*x", "\\w+\\w+\\w+;", ".*.*.*=", ".*a.*a.*a;", "^\\d+\\d+\\d+$", "\\s*\\s*\\s*x",
        "[a-z]*[a-m]*[a-f]*;", "(.*)(.*)(.*)=;", ".*,.*,.*,.*;",
    ]

    /// Counted repetitions of what can be cut in many ways.
    static let counted = [
        "(.*a){12}$", "(.*a){20}$", "^(a{1,30}){1,30}$", "(\\w{1,20}){2,20};", "^((ab)*)*$", "^(a?b?)*$;", "(x+x+)+y",
        "^(a?){30}a{30}$", "^(\\d{1,3}){1,40}$", "(a*){50}b",
    ]

    static let lookarounds = [
        "^(?=(a+)+$)", "(?=.*a)(?=.*b)(?=.*c).*d$", "^(?!(a+)+$)b", "(?=(\\w+)+;)", "^(?:(?=a)a+)+$", "(?<=a)(a+)+$",
        "^(?>a+)b|^(a+)+$", "^(?!.*(a+)+;)b", "(?=(\\d+)*x)\\d", "^(?=(.*a){15}$)",
    ]

    /// Need `extended`.
    static let references = [
        "^(a+)+\\1$", "(a+)(\\1)+b", "^(\\w+)\\s+\\1+;", "(.*)\\1\\1x", "^(?<n>a+)+\\k<n>$", "^((a+)\\2)+$",
        "(\\w)\\1+\\1+;", "^(.+)\\1+;$", "(a*)*\\1b", "^(\\d+)(\\1)*x",
    ]

    /// Need `extended`.
    static let recursive = [
        "^(a+|b(?1))+$", "^((a+)|\\((?1)\\))+;", "\\((?:[^()]+|(?R))*\\);", "^(?<r>a|b(?&r))+(?&r)+$",
    ]

    /// Of the kinds that stood in published advisories.
    static let found = [
        "^([a-zA-Z0-9])(([-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}[a-z]{2,3}$", "^(([a-z])+.)+[A-Z]([a-z])+$",
        "^([\\w.-]+\\.?)+@corp", "<(\\w+)\\s*(\\w+\\s*=\\s*\"[^\"]*\"\\s*)*>", "^(https?://)?([\\w-]+\\.?)+(/\\w+)*$",
        "^\\d+(\\s?\\d+)*$", "^(\\w+\\s?)+$", "(\\w+:\\s*\\w+,?\\s*)+;", "^(\"[^\"]*\"|[^,]*)(,(\"[^\"]*\"|[^,]*)*)*;$",
        "^(/?[^/]*)*;$", "^(?:[a-z]+[-.]?)+@", "(?i)^(ab?c?)*d$", "^(([^<>]+)|<[^>]*>)*$;", "([^/]+/?)*\\.php$",
        "^([A-Za-z]+ ?)*:$", "^(\\s*\\w+\\s*)*$",
    ]

    /// One thing repeated, then something that does not fit.
    static func subjects(bytes: [Int]) -> [String] {
        ["a", "1", " ", "ab", "a ", "a1", "(", "a,", "\u{e9}", "x="].flatMap { pump in
            bytes.map { String(repeating: pump, count: $0 / pump.utf8.count) + "!" }
        }
    }

    static func pattern(_ text: String, usesMachineCode: Bool = true) throws -> Pattern {
        try Pattern(text, extended: true, usesMachineCode: usesMachineCode)
    }

    /// Patterns that people write and that are well.
    static let harmless = [
        "^login\\.(success|failure)$", "(?i)^(super ?user|account owner)$", "(?i)super|account owner",
        "^svc-[a-z0-9-]+$",
        "(?i)\\b(super user|account owner|admin(istrator)?)\\b", "@corp\\.example$", "^[a-z]+@corp\\.example$",
        "^10\\.|^192\\.168\\.", "(?i)^(test|tmp|demo)([-._].*|([-._]?[0-9]+)?(@.*)?)$", "^[0-9a-f]{32}$",
        "\\b(AKIA|ASIA)[A-Z2-7]{16}\\b", "^\\s*$", "^.*admin", "(?:curl|wget|python-requests)/[0-9.]+", "^(?=.*x).+$",
        "^(\\d{1,3}\\.){3}\\d{1,3}$", "-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----", "^[^@]+@[^@]+$", "^\\p{L}+$", "",
    ]
}
