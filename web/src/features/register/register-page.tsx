/** Registration: the form, then the token and the progress of preparation. */
import { useState } from "react";

import { useRegistrationTerms } from "../../api/session/queries";
import { Closed } from "./closed";
import { Registered } from "./registered";
import { RegisterForm } from "./register-form";

export default function RegisterPage() {
  const [made, setMade] = useState<{ email: string; token: string } | undefined>();
  const { data: terms } = useRegistrationTerms();
  if (made !== undefined) return <Registered {...made} />;
  // When the console does not reply, the form shows that on submit.
  return terms?.mode === "closed" ? <Closed /> : <RegisterForm approval={terms?.mode === "approval"} onRegistered={setMade} />;
}
