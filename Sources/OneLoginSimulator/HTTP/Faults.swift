public import Timekeeping

/// One thing that goes wrong on demand.
public struct Fault: Hashable, Sendable {
    /// Which calls it happens to, of those that fit the path.
    public enum Occasion: Hashable, Sendable {
        /// Every one.
        case always
        /// The calls with these numbers, counted from 1 for each fault.
        case calls(ClosedRange<Int>)
        /// Calls for the page with this number, from 1, in either version's paging.
        case page(Int)
        /// So many of a hundred, drawn from the seed.
        case share(percent: Int)
    }

    /// What happens.
    public enum Effect: Hashable, Sendable {
        /// This status with a JSON body in the shape of the path; 400 stands for `rate_limit_exceeded`.
        case status(Int)
        /// This status with a load balancer's HTML page.
        case html(Int)
        /// The right answer, cut in the middle.
        case cutBody
        /// The right status and headers with nothing in the body.
        case emptyBody
        /// The right answer, after this long by the simulator's clock.
        case delay(TimeSpan)
        /// The right rows, but the cursor of the page asked for as the next one.
        case repeatedCursor
        /// The right rows, but the cursor of the first page as the next one.
        case loopingCursor
        /// The rows of the page before, with this page's cursor.
        case duplicateRows
        /// This page's cursor and total, without any row.
        case noRows
        /// The right rows, and a total of one more than there are.
        case changedTotal
        /// No answer at all.
        case timeout
        /// 401 as for a credential whose scope is too small, in the shape of the path.
        case noPermission
    }

    /// What the path begins with; empty for every path.
    public var pathPrefix: String
    /// Whether the path must be `pathPrefix` to its end.
    public var isWholePath = false
    public var occasion: Occasion
    public var effect: Effect

    public init(_ pathPrefix: String, _ occasion: Occasion = .always, _ effect: Effect) {
        self.pathPrefix = pathPrefix
        self.occasion = occasion
        self.effect = effect
    }
}

extension Fault {
    func fits(_ path: String) -> Bool { isWholePath ? path == pathPrefix : path.hasPrefix(pathPrefix) }
}

/// Which calls go wrong, and how.
public struct FaultPlan: Hashable, Sendable {
    /// In this order; the first that applies to a call is the one that happens.
    public var faults: [Fault]

    public init(_ faults: [Fault] = []) { self.faults = faults }

    /// Why a text is no plan of faults.
    public enum ParseError: Error, Equatable, Sendable {
        case noEffect(String)
        case unknownOccasion(String)
        case unknownEffect(String)
    }

    /// A plan from text: `PATH[@OCCASION]=EFFECT`, several with commas between.
    ///
    /// An occasion is a call (`3`), a range of calls (`3-5`), a page (`page2`) or a share of calls (`5%`). An effect is
    /// a status (`502`), a status as HTML (`html429`), `scope`, `cut`, `empty`, `norows`, `twice`, `total`, `cursor`,
    /// `loop`, `timeout` or a delay in milliseconds (`delay500`).
    /// Example: `/api/2/users@page2=502,/api/1/events@1-3=html429`.
    public init(parsing text: String) throws(ParseError) {
        faults = []
        for part in text.split(separator: ",") {
            let halves = part.split(separator: "=", maxSplits: 1)
            guard halves.count == 2 else { throw .noEffect(String(part)) }
            let place = halves[0].split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
            let occasion = try Self.occasion(place.count > 1 ? String(place[1]) : "")
            faults.append(Fault(String(place[0]), occasion, try Self.effect(String(halves[1]))))
        }
    }

    private static func occasion(_ text: String) throws(ParseError) -> Fault.Occasion {
        if text.isEmpty || text == "*" { return .always }
        if text.hasPrefix("page"), let page = Int(text.dropFirst(4)), page > 0 { return .page(page) }
        if text.hasSuffix("%"), let share = Int(text.dropLast()), (1...100).contains(share) {
            return .share(percent: share)
        }
        let ends = text.split(separator: "-").compactMap { Int($0) }
        guard let first = ends.first, let last = ends.last, ends.count <= 2, first > 0, first <= last else {
            throw .unknownOccasion(text)
        }
        return .calls(first...last)
    }

    private static func effect(_ text: String) throws(ParseError) -> Fault.Effect {
        switch text {
        case "cut": return .cutBody
        case "empty": return .emptyBody
        case "cursor": return .repeatedCursor
        case "loop": return .loopingCursor
        case "twice": return .duplicateRows
        case "norows": return .noRows
        case "total": return .changedTotal
        case "timeout": return .timeout
        case "scope": return .noPermission
        default: break
        }
        if let status = Int(text), (400...599).contains(status) { return .status(status) }
        if text.hasPrefix("html"), let status = Int(text.dropFirst(4)), (400...599).contains(status) {
            return .html(status)
        }
        if text.hasPrefix("delay"), let span = Int64(text.dropFirst(5)), span >= 0 {
            return .delay(.milliseconds(span))
        }
        throw .unknownEffect(text)
    }
}

/// Counts calls and says which fault is due.
struct FaultCounter: Sendable {
    var plan: FaultPlan { didSet { counts = [:] } }
    private var counts: [Int: Int] = [:]
    private let dice: Dice

    init(plan: FaultPlan, seed: UInt64) {
        self.plan = plan
        dice = Dice(seed: seed)
    }

    /// The effect of the first fault that applies to a call.
    ///
    /// - Parameter page: The page the call asks for, from 1, when it asks for pages.
    mutating func effect(path: String, page: Int) -> Fault.Effect? {
        var found: Fault.Effect?
        for (place, fault) in plan.faults.enumerated() where fault.fits(path) {
            counts[place, default: 0] += 1
            let applies =
                switch fault.occasion {
                case .always: true
                case .calls(let range): range.contains(counts[place, default: 0])
                case .page(let wanted): wanted == page
                case .share(let percent): dice.below(100, .fault, place << 32 | counts[place, default: 0]) < percent
                }
            if applies, found == nil { found = fault.effect }
        }
        return found
    }
}
