import Policy
import Substrate

/// Signature computations under way, used again from request to request.
struct VerificationPool {
    private final class Box {
        var verification = WebhookVerification()
    }

    private var boxes: [Box] = []
    private var free: [Int32] = []

    mutating func acquire() -> Int32 {
        if let place = free.popLast() { return place }
        boxes.append(Box())
        return Int32(boxes.count - 1)
    }

    /// The keys that it was made with do not outlive the request.
    mutating func release(_ place: Int32) {
        boxes[Int(place)].verification.removeAll()
        free.append(place)
    }

    func with<Result>(_ place: Int32, _ body: (inout WebhookVerification) -> Result) -> Result {
        body(&boxes[Int(place)].verification)
    }
}
