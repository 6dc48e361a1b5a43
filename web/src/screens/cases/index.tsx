import { useLocation } from 'wouter';
import { Board } from './board.tsx';
import { Case } from './case.tsx';
import './cases.css';

const PREFIX = '/cases/';

/** The board of cases at /cases, and one case at /cases/ID. */
export default function Cases() {
  const [path] = useLocation();
  const key = path.startsWith(PREFIX) ? path.slice(PREFIX.length) : '';
  return key === '' ? <Board /> : <Case key={key} id={`Case:${key}`} />;
}
