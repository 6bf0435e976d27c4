import { Component, type ReactNode } from "react";
import { Button } from "./button.tsx";

/** What breaks while it is drawn is told in its place; all around it stays. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className="empty" role="alert">
        <p className="empty-title">This part of the page broke: {error.message}</p>
        <p>Your spell is safe: what was not saved is kept by this browser.</p>
        <div className="row">
          <Button onClick={() => this.setState({ error: null })}>Show it again</Button>
          <Button onClick={() => location.reload()}>Load the page again</Button>
        </div>
      </div>
    );
  }
}
